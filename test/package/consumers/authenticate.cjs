// An HTTPS server behind Passport, and two clients: one with a certificate and one without. Prints
// both responses.
const fs = require('node:fs')
const https = require('node:https')
const process = require('node:process')
const passport = require('passport')
const { Strategy } = require('passport-client-certificate-auth')

const { ca, server, client } = JSON.parse(fs.readFileSync('pki.json', 'utf8'))

passport.use(
  new Strategy((cert, done) => {
    done(null, { name: cert.subject.CN })
  }),
)
const initialize = passport.initialize()
const guard = passport.authenticate('client-cert', { session: false })

const tls = { ...server, ca, requestCert: true, rejectUnauthorized: false }
const app = https.createServer(tls, (req, res) => {
  initialize(req, res, () => {
    guard(req, res, (err) => {
      res.statusCode = err ? 500 : 200
      res.end(`${req.user?.name} ${req.clientCertificate?.subject.CN}`)
    })
  })
})

app.listen(0, '127.0.0.1', async () => {
  const answers = [await get(client), await get({})]
  process.stdout.write(JSON.stringify(answers))
  app.close()
})

function get(identity) {
  const { port } = app.address()
  return new Promise((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', port, ca, agent: false, ...identity }, async (res) => {
        let body = ''
        for await (const chunk of res.setEncoding('utf8')) body += chunk
        resolve(`${res.statusCode} ${body}`)
      })
      .on('error', reject)
  })
}
