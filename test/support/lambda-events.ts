import type { Issued } from './pki.js'

/** The part of API Gateway's description of a client that this package reads. */
function clientCert({ cert }: Pick<Issued, 'cert'>): object {
  return {
    clientCertPem: cert,
    subjectDN: 'CN=somebody else',
    issuerDN: 'CN=somebody else',
    serialNumber: '1',
    validity: { notBefore: 'May 28 12:30:02 2019 GMT', notAfter: 'Aug  5 09:36:04 2099 GMT' },
  }
}

/** An event of a REST API, or of an HTTP API with payload format 1.0. */
export function restEvent(client: Pick<Issued, 'cert'> | null): object {
  const certificate = client === null ? {} : { clientCert: clientCert(client) }
  return {
    resource: '/',
    path: '/',
    httpMethod: 'GET',
    headers: { Host: 'api.example.com' },
    multiValueHeaders: { Host: ['api.example.com'] },
    queryStringParameters: null,
    requestContext: {
      stage: 'prod',
      identity: { sourceIp: '192.0.2.1', userAgent: 'test', ...certificate },
    },
    body: '',
    isBase64Encoded: false,
  }
}

/** An event of an HTTP API with payload format 2.0. */
export function httpEvent(client: Pick<Issued, 'cert'> | null): object {
  const certificate = client === null ? {} : { authentication: { clientCert: clientCert(client) } }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: '',
    headers: { host: 'api.example.com' },
    requestContext: {
      http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' },
      ...certificate,
    },
    body: '',
    isBase64Encoded: false,
  }
}
