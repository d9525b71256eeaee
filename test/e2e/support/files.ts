import type { Proxy } from './proxies.js'

export const DOCS = new URL('../../../docs/', import.meta.url)

/** Whether a client has to have a certificate, or may come without. */
export type Mode = 'required' | 'optional'

/** The configuration that the page of the proxy shows. */
export function documented(proxy: Proxy, mode: Mode): URL {
  return new URL(`proxies/${proxy.name}/${proxy[mode]}`, DOCS)
}

/** A configuration with a mistake. */
export function naive(file: string): URL {
  return new URL(`../naive/${file}`, import.meta.url)
}
