import express from 'express'
import { Passport } from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { findUser } from './find-user.mjs'

export function createApp(users, options = {}) {
  const passport = new Passport()
  passport.use(new Strategy(options, (cert) => findUser(users, cert)))

  const app = express()
  app.get('/me', passport.authenticate('client-cert', { session: false }), (req, res) => {
    res.json({ user: req.user })
  })
  return app
}
