import type { Proxy } from './proxies.js'

export const DOCS = new URL('../../../docs/', import.meta.url)

/** Whether the proxy requires a client certificate. */
export type Mode = 'required' | 'optional'

/** The configuration that the proxy's page shows. */
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
