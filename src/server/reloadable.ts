import { createSecureContext, type Server } from 'node:tls'
import { invalidType, invalidValue } from '../errors.js'
import { type MtlsServerOptions, mtlsServerOptions } from './options.js'

/** What a reload needs of a server: `https`, `http2` and `tls` servers all have it. */
export type ReloadableServer = Pick<Server, 'setSecureContext'>

/** Loads the material anew and puts it in force for every handshake from then on. */
export type Reload = () => Promise<void>

/**
 * Makes authorities, revocation lists and the server's own certificate replaceable while the server
 * runs. Connections that are open stay open; new handshakes get the new material, all of it or, when
 * it cannot be loaded or used, none of it: then the old stays in force and the promise is rejected.
 *
 * A connection that is open was authenticated by the old material. Where a revoked client must be
 * gone at once, end its connections too, for instance with `server.closeAllConnections()`. Not
 * replaced are `requestCert` and `rejectUnauthorized`, which a server keeps for life, and contexts
 * of the application's own, by `addContext()` or `SNICallback`.
 *
 * @param server - made with the result of {@link mtlsServerOptions}
 * @param load - reads the options again, from wherever they come; may be asynchronous
 * @returns a function that reloads; calls that overlap run one after another
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`
 */
export function reloadable(
  server: ReloadableServer,
  load: () => MtlsServerOptions | Promise<MtlsServerOptions>,
): Reload {
  assertArguments(server, load)
  let last: Promise<void> = Promise.resolve()
  return () => {
    const reload = last.then(async () => {
      const options = mtlsServerOptions(await load())
      assertUsable(options)
      server.setSecureContext(options)
    })
    last = reload.catch(() => undefined)
    return reload
  }
}

/** What is wrong is not quoted: it may be the options, and hold a key. */
function assertArguments(server: unknown, load: unknown): void {
  const { setSecureContext } = (server ?? {}) as Partial<ReloadableServer>
  if (typeof setSecureContext !== 'function') {
    throw invalidType('server', 'a TLS server', typeof server)
  }
  if (typeof load !== 'function') throw invalidType('load', 'a function', typeof load)
}

/** The server itself takes the options over one by one before it finds out that one is unusable. */
function assertUsable(options: MtlsServerOptions): void {
  createSecureContext(options)
  for (const name of ['key', 'cert'] as const) {
    // Nor does it find out that without these no handshake succeeds.
    if (!options[name]?.length) {
      throw invalidValue(`option "${name}"`, 'must be given', typeof options[name])
    }
  }
}
