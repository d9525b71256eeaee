// A Redis server that implements GET, and the commands that a client sends when it connects (RESP
// 2).
const net = require('node:net')
const { soon } = require('./random.cjs')
const { USERS } = require('./users.cjs')

exports.startRedisServer = (random) =>
  new Promise((resolve) => {
    const server = net.createServer((socket) => {
      let received = ''
      socket.on('error', () => undefined)
      socket.setEncoding('latin1').on('data', (data) => {
        received += data
        for (let command = take(); command !== undefined; command = take()) reply(socket, command)
      })
      function take() {
        const taken = readCommand(received)
        if (taken === undefined) return undefined
        received = received.slice(taken.length)
        return taken.words
      }
    })
    const lastReply = new Map()
    /** Sends replies in the order of the commands, as Redis does. */
    function reply(socket, words) {
      const waited = new Promise((resolve) => soon(random, resolve))
      const sent = Promise.all([lastReply.get(socket), waited])
      lastReply.set(
        socket,
        sent.then(() => socket.write(answer(words))),
      )
    }
    server.listen(0, '127.0.0.1', () => {
      resolve({ port: server.address().port, close: () => server.close() })
    })
  })

/** One array of bulk strings, or `undefined` until all of it has arrived. */
function readCommand(text) {
  const head = /^\*(\d+)\r\n/.exec(text)
  if (head === null) return undefined
  let at = head[0].length
  const words = []
  for (let index = 0; index < Number(head[1]); index += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at))
    if (size === null) return undefined
    const start = at + size[0].length
    at = start + Number(size[1]) + 2
    if (text.length < at) return undefined
    words.push(text.slice(start, at - 2))
  }
  return { words, length: at }
}

function answer([command, key]) {
  if (command.toLowerCase() === 'info') return bulk('redis_version:6.0.0\r\nloading:0\r\n')
  if (command.toLowerCase() !== 'get') return '+OK\r\n'
  const user = USERS.find(({ cn }) => cn === key)
  return user === undefined ? '$-1\r\n' : bulk(JSON.stringify(user))
}

const bulk = (text) => `$${text.length}\r\n${text}\r\n`
