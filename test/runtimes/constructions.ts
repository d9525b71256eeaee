/**
 * The expected result of each construction in `programs/construct.ts`, as the start of its output.
 */
export function expectedConstructions(
  hasDirectTls: boolean,
  hasUnixSockets: boolean,
): Record<string, RegExp> {
  const needDirectTls = [
    'createExtractor()',
    'createExtractor({ includeChain })',
    'createExtractor({ fallbackToSocket })',
    'extractClientCertificate()',
    'extractClientCertificate({ fallbackToSocket })',
    'new Strategy()',
    'new Strategy(), required',
    'new Strategy({ fallbackToSocket })',
    'clientCertificateAuth()',
    'clientCertificateAuth({ fallbackToSocket })',
    'mtlsServerOptions()',
    'reloadable()',
  ]
  const others = [
    'createExtractor(header)',
    'createExtractor(event)',
    'extractClientCertificate(header)',
    'createFetchExtractor(header)',
    'new Strategy(header)',
    'new Strategy(event)',
    'new Strategy(extractor)',
    'clientCertificateAuth(header)',
  ]
  const unsupported =
    /^ERR_UNSUPPORTED_RUNTIME: .+: direct TLS isn't supported on Deno; put a proxy in front and set certificateSource$/
  const noUnixSockets =
    /^ERR_UNSUPPORTED_RUNTIME: .+ option "trustedProxies": 'unix' isn't supported on Bun/
  return Object.fromEntries([
    ...needDirectTls.map((name) => [name, hasDirectTls ? /^made$/ : unsupported] as const),
    ...others.map((name) => [name, /^made$/] as const),
    ['createExtractor(unix)', hasUnixSockets ? /^made$/ : noUnixSockets],
    ['the default of ./middleware', /^the same$/],
    ['the peer of trustedProxies', hasDirectTls ? /^a certificate$/ : /^no certificate$/],
  ])
}
