import { constants } from 'node:crypto'
import { createSecureContext, type Server } from 'node:tls'
import { invalidValue, kindOf } from '../util/errors.js'
import type { CompletedOptions } from './complete-options.js'
import type { MtlsServerOptions } from './complete-options.js'

/** The only method that a reload needs. Servers of `https`, `http2` and `tls` have it. */
export type ReloadableServer = Pick<Server, 'setSecureContext'>

/**
 * Checks options, and changes nothing yet.
 *
 * @returns a function that makes the server use the options for all later handshakes
 * @throws the reason if the server can't use them
 */
export function prepareContext(server: ReloadableServer, options: CompletedOptions): () => void {
  assertUsable(options)
  return () => {
    server.setSecureContext({ ...options, secureOptions: keepWithoutTickets(server, options) })
  }
}

/**
 * A server without session tickets keeps it that way, because the new options may not mention its other
 * contexts. Node doesn't document that a server has `secureOptions`. If it doesn't, the new options
 * decide.
 */
function keepWithoutTickets(server: object, { secureOptions }: CompletedOptions): number {
  const { secureOptions: old } = server as { secureOptions?: unknown }
  const kept = typeof old === 'number' ? old & constants.SSL_OP_NO_TICKET : 0
  return (secureOptions | kept) >>> 0
}

/** Checks all options first, because the server would apply some before it rejects another. */
function assertUsable(options: CompletedOptions & Pick<MtlsServerOptions, 'key' | 'cert'>): void {
  createSecureContext(options)
  for (const name of ['key', 'cert'] as const) {
    // Without these, every handshake would fail, and neither Node nor OpenSSL would say so here.
    if (!options[name]?.length) {
      throw invalidValue(`option "${name}"`, 'must be given', kindOf(options[name]))
    }
  }
}
