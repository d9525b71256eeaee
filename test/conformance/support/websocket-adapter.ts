import http from 'node:http'
import https from 'node:https'
import { WebSocketServer } from 'ws'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { sendUpgrade } from './clients.js'
import { answerWith, Log, type OpenAdapter } from './adapter.js'
import { openServers, tlsOptions } from './servers.js'

const UNAUTHORIZED = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** An extractor in front of a WebSocket server; a rejected client gets no connection. */
export function openWebSocket(options: ExtractorOptions): OpenAdapter {
  const log = new Log()
  const extract = createExtractor(options)
  const guard = (server: http.Server): http.Server => {
    const sockets = new WebSocketServer({ noServer: true })
    return server.on('upgrade', (req, socket, head) => {
      const { status, body } = answerWith(extract(req), log)
      if (status === 200) {
        sockets.handleUpgrade(req, socket, head, (accepted) => {
          accepted.on('error', () => undefined)
          accepted.send(body)
        })
      } else {
        socket.end(UNAUTHORIZED)
      }
    })
  }
  return openServers(
    log,
    async (over) =>
      guard(over === 'http' ? http.createServer() : https.createServer(await tlsOptions())),
    sendUpgrade,
  )
}
