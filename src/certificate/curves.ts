/** A curve that certificates name by its object identifier (RFC 5480 2.1.1). */
export interface Curve {
  /** OpenSSL's name. */
  readonly name: string
  /** The length of a coordinate in bytes. */
  readonly fieldBytes: number
}

/** Curves by the contents of their object identifier, in hexadecimal digits. */
export const CURVES: ReadonlyMap<string, Curve> = new Map([
  ...listCurves('2a8648ce3d0301', [
    [1, 'prime192v1', 24],
    [7, 'prime256v1', 32],
  ]),
  ...listCurves('2b810400', [
    [0x06, 'secp112r1', 14],
    [0x07, 'secp112r2', 14],
    [0x1c, 'secp128r1', 16],
    [0x1d, 'secp128r2', 16],
    [0x09, 'secp160k1', 20],
    [0x08, 'secp160r1', 20],
    [0x1e, 'secp160r2', 20],
    [0x1f, 'secp192k1', 24],
    [0x20, 'secp224k1', 28],
    [0x21, 'secp224r1', 28],
    [0x0a, 'secp256k1', 32],
    [0x22, 'secp384r1', 48],
    [0x23, 'secp521r1', 66],
    [0x04, 'sect113r1', 15],
    [0x05, 'sect113r2', 15],
    [0x16, 'sect131r1', 17],
    [0x17, 'sect131r2', 17],
    [0x01, 'sect163k1', 21],
    [0x02, 'sect163r1', 21],
    [0x0f, 'sect163r2', 21],
    [0x18, 'sect193r1', 25],
    [0x19, 'sect193r2', 25],
    [0x1a, 'sect233k1', 30],
    [0x1b, 'sect233r1', 30],
    [0x03, 'sect239k1', 30],
    [0x10, 'sect283k1', 36],
    [0x11, 'sect283r1', 36],
    [0x24, 'sect409k1', 52],
    [0x25, 'sect409r1', 52],
    [0x26, 'sect571k1', 72],
    [0x27, 'sect571r1', 72],
  ]),
  ...listCurves('2b24030302080101', [
    [0x01, 'brainpoolP160r1', 20],
    [0x02, 'brainpoolP160t1', 20],
    [0x03, 'brainpoolP192r1', 24],
    [0x04, 'brainpoolP192t1', 24],
    [0x05, 'brainpoolP224r1', 28],
    [0x06, 'brainpoolP224t1', 28],
    [0x07, 'brainpoolP256r1', 32],
    [0x08, 'brainpoolP256t1', 32],
    [0x09, 'brainpoolP320r1', 40],
    [0x0a, 'brainpoolP320t1', 40],
    [0x0b, 'brainpoolP384r1', 48],
    [0x0c, 'brainpoolP384t1', 48],
    [0x0d, 'brainpoolP512r1', 64],
    [0x0e, 'brainpoolP512t1', 64],
  ]),
  ['2a811ccf5501822d', { name: 'SM2', fieldBytes: 32 }],
])

/** Sources: SEC 2 and RFC 5480 2.1.1.1 for the first two arcs, RFC 5639 for the third. */
function listCurves(
  arc: string,
  rows: readonly (readonly [last: number, name: string, fieldBytes: number])[],
): [string, Curve][] {
  return rows.map(([last, name, fieldBytes]) => [
    arc + last.toString(16).padStart(2, '0'),
    { name, fieldBytes },
  ])
}
