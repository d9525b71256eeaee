// The middleware in an application of h3, which Nuxt and Nitro are built on. Prints the responses
// to one client whose certificate an asynchronous check accepts, and to one whose certificate it
// rejects.
import http from 'node:http'
import process from 'node:process'
import { createApp, eventHandler, fromNodeMiddleware, toNodeListener } from 'h3'
import clientCertificateAuth from 'passport-client-certificate-auth/middleware'

const extractor = ({ headers }) => ({
  success: true,
  certificate: { subject: { CN: headers['x-name'] } },
  reason: null,
})
const check = async ({ subject }) => subject.CN === 'alice'

const app = createApp()
app.use(fromNodeMiddleware(clientCertificateAuth(check, { extractor })))
app.use(eventHandler(() => 'welcome'))

const server = http.createServer(toNodeListener(app)).listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  const answers = []
  for (const name of ['alice', 'mallory']) {
    const response = await globalThis.fetch(url, { headers: { 'x-name': name } })
    answers.push(response.status)
  }
  process.stdout.write(JSON.stringify(answers))
  server.close()
  server.closeAllConnections()
})
