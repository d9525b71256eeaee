// A MySQL server. mysql2's own server class implements the protocol, and this file the answers.
const mysql2 = require('mysql2')
const { soon } = require('./random.cjs')
const { USERS } = require('./users.cjs')

const [LONG, VAR_STRING] = [3, 253]
const column = (name, columnType) => ({
  catalog: 'def',
  schema: 'test',
  table: 'users',
  orgTable: 'users',
  name,
  orgName: name,
  characterSet: 33,
  columnLength: 255,
  columnType,
  flags: 0,
  decimals: 0,
})
const COLUMNS = [column('cn', VAR_STRING), column('enabled', LONG)]

exports.startMysqlServer = (random) =>
  new Promise((resolve) => {
    const server = mysql2.createServer()
    let connections = 0
    server.on('connection', (connection) => {
      connection.serverHandshake({
        protocolVersion: 10,
        serverVersion: '8.0.0',
        connectionId: (connections += 1),
        statusFlags: 2,
        characterSet: 8,
        capabilityFlags: 0xffffff & ~0x800,
        authCallback(_params, callback) {
          callback(null)
          connection.sequenceId = 0
        },
      })
      connection.on('error', () => undefined)
      connection.on('query', (sql) => {
        soon(random, () => {
          // Packets are numbered from zero again for each command.
          connection.sequenceId = 1
          connection.writeTextResult(find(sql), COLUMNS)
          connection.sequenceId = 0
        })
      })
      connection.on('quit', () => connection.end())
    })
    server.listen(0, '127.0.0.1', () => {
      // mysql2's server has no method for the port of the Node server that it wraps.
      resolve({ port: server._server.address().port, close: () => server._server.close() })
    })
  })

/** Answers `select ... where cn = 'alice' [and enabled = 1]`, as Knex and mysql2 write it. */
function find(sql) {
  const [, cn] = /`?cn`? = '([^']*)'/.exec(sql) ?? []
  const isEnabledOnly = /`?enabled`? = (?:1|true)/.test(sql)
  return USERS.filter((user) => user.cn === cn && (user.enabled || !isEnabledOnly)).map((user) => ({
    cn: user.cn,
    enabled: Number(user.enabled),
  }))
}
