const express = require('express')
const { Passport } = require('passport')
const { Strategy } = require('passport-client-certificate-auth')

exports.createApp = (users) => {
  const passport = new Passport()
  passport.use(new Strategy((cert) => users.get(cert.fingerprint256)))

  const app = express()
  app.get('/me', passport.authenticate('client-cert', { session: false }), (req, res) => {
    res.json({ user: req.user })
  })
  return app
}
