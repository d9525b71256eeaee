// A MongoDB server that implements `find`, and the commands that a driver sends when it connects
// (OP_QUERY and OP_MSG).
const { Buffer } = require('node:buffer')
const net = require('node:net')
const { createRequire } = require('node:module')
const { soon } = require('./random.cjs')
const { USERS } = require('./users.cjs')

const bson = createRequire(require.resolve('mongoose6'))('bson')

const [OP_REPLY, OP_QUERY, OP_MSG] = [1, 2004, 2013]
const HEADER_BYTES = 16

exports.startMongoServer = (random) =>
  new Promise((resolve) => {
    const sockets = new Set()
    const server = net.createServer((socket) => {
      let received = Buffer.alloc(0)
      sockets.add(socket.on('error', () => undefined))
      socket.on('data', (data) => {
        received = Buffer.concat([received, data])
        while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
          const length = received.readInt32LE(0)
          reply(socket, received.subarray(0, length))
          received = received.subarray(length)
        }
      })
    })
    function reply(socket, message) {
      const requestId = message.readInt32LE(4)
      const isQuery = message.readInt32LE(12) === OP_QUERY
      const document = isQuery
        ? bson.deserialize(message.subarray(message.indexOf(0, HEADER_BYTES + 4) + 9))
        : bson.deserialize(message.subarray(HEADER_BYTES + 5), {
            allowObjectSmallerThanBufferSize: true,
          })
      const answer = bson.serialize(answerTo(document))
      const body = isQuery
        ? Buffer.concat([
            Buffer.from([8, 0, 0, 0]),
            Buffer.alloc(12),
            Buffer.from([1, 0, 0, 0]),
            answer,
          ])
        : Buffer.concat([Buffer.alloc(5), answer])
      const header = Buffer.alloc(HEADER_BYTES)
      header.writeInt32LE(HEADER_BYTES + body.length, 0)
      header.writeInt32LE(requestId, 8)
      header.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12)
      soon(random, () => socket.write(Buffer.concat([header, body])))
    }
    server.listen(0, '127.0.0.1', () => {
      const close = () => {
        server.close()
        for (const socket of sockets) socket.destroy()
      }
      resolve({ port: server.address().port, close })
    })
  })

const HELLO = {
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  minWireVersion: 0,
  maxWireVersion: 13,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  ok: 1,
}

function answerTo(command) {
  const [name] = Object.keys(command)
  if (/^(?:ismaster|hello)$/i.test(name)) return { ...HELLO, localTime: new Date() }
  if (name !== 'find') return { ok: 1 }
  const { cn, enabled } = command.filter
  const firstBatch = USERS.filter(
    (user) => user.cn === cn && (enabled === undefined || user.enabled === enabled),
  )
  return { cursor: { id: bson.Long.fromNumber(0), ns: 'test.users', firstBatch }, ok: 1 }
}
