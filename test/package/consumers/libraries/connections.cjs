// A TLS server and one open connection of each client. The requests are made up, but the
// connections and certificates are real.
const fs = require('node:fs')
const tls = require('node:tls')

exports.openConnections = async () => {
  const { ca, server: identity, clients } = JSON.parse(fs.readFileSync('pki.json', 'utf8'))
  const server = tls.createServer({ ...identity, ca, requestCert: true, rejectUnauthorized: true })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const opened = []
  const sockets = {}
  for (const [name, client] of Object.entries(clients)) {
    const accepted = new Promise((resolve) => server.once('secureConnection', resolve))
    opened.push(tls.connect({ host: '127.0.0.1', port, ca, ...client }))
    sockets[name] = await accepted
  }
  return {
    /** A request of that client, with only the members that strategies read. */
    requestOf: (name) => ({ headers: {}, method: 'GET', url: '/', socket: sockets[name] }),
    close() {
      for (const socket of opened) socket.destroy()
      server.close()
    },
  }
}
