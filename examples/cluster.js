// Workers of node:cluster that share the keys of their TLS session tickets. A client's next
// connection may reach another worker, and still resumes its session there: without the signatures
// of a full handshake, and with the certificate.
/* eslint-disable @typescript-eslint/no-unsafe-assignment -- once() resolves to `any`. */
import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import https from 'node:https'
import { TLSSocket } from 'node:tls'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, issueServer } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/** @typedef {import('passport-client-certificate-auth/server').MtlsServerOptions} TlsOptions */

if (cluster.isPrimary) await runPrimary()
else runWorker()

function runWorker() {
  passport.use(new Strategy((cert) => ({ name: cert.subject.CN })))

  const app = express()
  app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
    const isResumed = req.socket instanceof TLSSocket && req.socket.isSessionReused()
    const how = isResumed ? 'session resumed' : 'full handshake'
    res.send(`worker ${cluster.worker?.id}, ${how}, ${JSON.stringify(req.user)}`)
  })

  /** @type {Buffer} */
  let ticketKeys
  /** @type {https.Server | undefined} */
  let server
  process.on('message', (/** @type {TlsOptions & { ticketKeys: Buffer }} */ options) => {
    ticketKeys = options.ticketKeys
    if (server) {
      server.setTicketKeys(ticketKeys)
      return
    }
    server = https.createServer(mtlsServerOptions(options), app).listen(0, '127.0.0.1')
    // listen() gives every worker the keys of the very first worker, so they have to be set again.
    server.once('listening', () => server?.setTicketKeys(ticketKeys))
  })
  process.send?.('ready')
}

/** @param {TlsOptions} tls */
function startWorkers(tls) {
  // With this setting, Buffers arrive as Buffers.
  cluster.setupPrimary({ serialization: 'advanced' })

  // Exactly 48 bytes, the same for all workers.
  let ticketKeys = randomBytes(48)

  // Every worker sends a message when it is ready, also one that replaces another worker.
  cluster.on('message', (worker) => worker.send({ ...tls, ticketKeys }))
  cluster.fork()
  cluster.fork()

  return function changeTicketKeys() {
    ticketKeys = randomBytes(48)
    for (const worker of Object.values(cluster.workers ?? {})) worker?.send({ ...tls, ticketKeys })
  }
}

async function runPrimary() {
  const ca = await createAuthority({ subject: 'CN=Example CA' })
  const { key, cert } = await issueServer(ca)
  const changeTicketKeys = startWorkers({ key, cert, ca: ca.cert, rejectUnauthorized: false })
  await once(cluster, 'listening')
  const [, { port }] = await once(cluster, 'listening')

  // A client that keeps its TLS sessions, as all clients do, but no connections. The workers take
  // turns.
  const alice = { ca: ca.cert, ...(await ca.issue({ subject: 'CN=alice' })) }
  const keepingSessions = { ...alice, agent: new https.Agent() }
  const ask = async (/** @type {RegExp} */ expected) => {
    const { status, body } = await get(`https://127.0.0.1:${port}/`, keepingSessions)
    console.log(`${status} ${body}`)
    assert.match(body, expected)
    return body.slice(0, 'worker 0'.length)
  }
  const worker = await ask(/^worker [12], full handshake, \{"name":"alice"\}$/)
  assert.notEqual(await ask(/^worker [12], session resumed, \{"name":"alice"\}$/), worker)

  changeTicketKeys()
  await ask(/full handshake/)
  await ask(/session resumed/)

  console.log('worker 3 replaces worker 1')
  cluster.workers?.[1]?.kill()
  await once(cluster, 'exit')
  cluster.fork()
  await once(cluster, 'listening')
  await ask(/session resumed/)
  await ask(/session resumed/)
  cluster.disconnect()
}
