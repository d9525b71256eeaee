import type { ServerOptions } from 'node:http'
import { type Backend, type Routes, startBackend } from './backend.js'
import { launch } from './launch.js'
import type { Proxy } from './proxies.js'

/** A proxy with an application behind it. */
export interface Site {
  /** The port of the proxy. */
  readonly port: number
  readonly backend: Backend
  stop(): Promise<void>
}

export async function startSite(
  proxy: Proxy,
  file: URL,
  routes: Routes,
  options?: ServerOptions,
): Promise<Site> {
  const backend = await startBackend(routes, options)
  try {
    const running = await launch(proxy, file, backend.port)
    return {
      port: running.port,
      backend,
      async stop() {
        await running.stop()
        await backend.close()
      },
    }
  } catch (error) {
    await backend.close()
    throw error
  }
}
