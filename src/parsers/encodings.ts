/** The values of the option `headerEncoding`. */
export const ENCODINGS = [
  'url-pem',
  'url-pem-aws',
  'xfcc',
  'base64-der',
  'rfc9440',
  'apache-pem',
  'base64-pem',
] as const

/** The encoding in which a proxy writes a certificate into a header. */
export type HeaderEncoding = (typeof ENCODINGS)[number]
