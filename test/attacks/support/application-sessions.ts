import { randomUUID } from 'node:crypto'
import type express from 'express'

interface Session {
  regenerate(done: () => void): void
  save(done: () => void): void
}

/** A minimal express-session, in memory. */
export function sessions(): express.RequestHandler {
  const stored = new Map<string, Session>()
  return (req, res, next) => {
    const start = (id: string): Session => ({
      regenerate(done) {
        const fresh = randomUUID()
        Object.assign(req, { session: start(fresh) })
        res.cookie('sid', fresh)
        done()
      },
      save(done) {
        stored.set(id, this)
        done()
      },
    })
    const id = /sid=([0-9a-f-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
    Object.assign(req, { session: stored.get(id) ?? start('') })
    next()
  }
}
