// The parts that all examples share: the address of a server on this machine, a certificate for it,
// and clients that send requests. An application doesn't need this module.
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'

/**
 * @typedef {{ status: number, body: string }} Answer
 */

/**
 * Waits until a server listens, and allows the program to end while it does.
 *
 * @param {http.Server | https.Server} server
 * @returns {Promise<string>} its URL
 */
export async function urlOf(server) {
  if (!server.listening) await once(server, 'listening')
  server.unref()
  const { port } = /** @type {net.AddressInfo} */ (server.address())
  return `${server instanceof https.Server ? 'https' : 'http'}://127.0.0.1:${port}/`
}

/**
 * @param {import('./pki.js').Authority} ca
 */
export function issueServer(ca) {
  return ca.issue({
    subject: 'CN=localhost',
    subjectAltName: [{ type: 'ip', value: '127.0.0.1' }],
  })
}

/**
 * Sends one request on its own connection.
 *
 * @param {string} url
 * @param {https.RequestOptions} [options] with `cert` and `key`, the client presents a certificate
 * @returns {Promise<Answer>}
 */
export async function get(url, options = {}) {
  const { get: start } = url.startsWith('https:') ? https : http
  /** @type {http.IncomingMessage} */
  const response = await new Promise((resolve, reject) => {
    start(url, { agent: false, ...options }, resolve).on('error', reject)
  })
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk)
  return { status: response.statusCode ?? 0, body }
}

/**
 * Like `get`, but sends header lines that no well-behaved client sends.
 *
 * @param {string} url
 * @param {string[]} lines
 * @returns {Promise<Answer>}
 */
export async function getWithLines(url, lines) {
  const { hostname, port, host } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  socket.write(
    ['GET / HTTP/1.1', `Host: ${host}`, 'Connection: close', ...lines, '', ''].join('\r\n'),
  )
  let text = ''
  for await (const chunk of socket.setEncoding('latin1')) text += String(chunk)
  const [head = '', body = ''] = text.split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), body }
}

/**
 * Prints the result of a request, and fails if the status isn't the expected one.
 *
 * @param {string} who
 * @param {number} expected
 * @param {Promise<Answer>} answer
 */
export async function show(who, expected, answer) {
  const { status, body } = await answer
  console.log(`${who}: ${status} ${body}`)
  if (status !== expected) throw new Error(`${who}: expected ${expected}, but got ${status}`)
}
