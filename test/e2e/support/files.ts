import type { Proxy } from './proxies.js'

export const DOCS = new URL('../../../docs/', import.meta.url)

/** Whether a client has to have a certificate, or may come without. */
export type Mode = 'required' | 'optional'

/** The configuration that the page of the proxy shows. */
export function documented(proxy: Proxy, mode: Mode): URL {
  return new URL(`proxies/${proxy.name}/${proxy[mode]}`, DOCS)
}

/** Every configuration that the pages may show. */
export function documentedFiles(proxy: Proxy): URL[] {
  return [proxy.required, proxy.optional, proxy.largeHeaders]
    .filter((name) => name !== null)
    .map((name) => new URL(`proxies/${proxy.name}/${name}`, DOCS))
}

/** A configuration with a mistake. */
export function naive(file: string): URL {
  return new URL(`../naive/${file}`, import.meta.url)
}
