/** The two messages of TLS 1.2 (RFC 5246) that a client sends up to its certificate. */

const HANDSHAKE = 22
const MAX_FRAGMENT = 2 ** 14

const uint = (value: number, size: number): Buffer =>
  Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex')

/** A vector with its length in front (RFC 5246 4.3). */
const vector = (size: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([uint(body.length, size), body])
}

const numbers = (...values: readonly number[]): Buffer =>
  Buffer.concat(values.map((value) => uint(value, 2)))

/** A handshake message in as many records as it takes (RFC 5246 6.2.1). */
function records(type: number, body: Buffer): Buffer {
  const message = Buffer.concat([uint(type, 1), vector(3, body)])
  const parts: Buffer[] = []
  for (let at = 0; at < message.length; at += MAX_FRAGMENT) {
    const fragment = message.subarray(at, at + MAX_FRAGMENT)
    parts.push(uint(HANDSHAKE, 1), uint(0x0303, 2), vector(2, fragment))
  }
  return Buffer.concat(parts)
}

const tlsExtension = (type: number, body: Buffer): Buffer =>
  Buffer.concat([uint(type, 2), vector(2, body)])

/** Offers ECDHE-ECDSA-AES128-GCM-SHA256 on P-256. The random number is fixed, because no key follows. */
export const CLIENT_HELLO: Buffer = records(
  1,
  Buffer.concat([
    uint(0x0303, 2),
    Buffer.alloc(32, 7),
    vector(1),
    vector(2, numbers(0xc02b, 0x00ff)),
    vector(1, uint(0, 1)),
    vector(
      2,
      tlsExtension(10, vector(2, numbers(0x0017))),
      tlsExtension(11, vector(1, uint(0, 1))),
      tlsExtension(13, vector(2, numbers(0x0403, 0x0804, 0x0401, 0x0807))),
    ),
  ]),
)

/** A client's Certificate message (RFC 5246 7.4.6), the leaf first. */
export function certificateMessage(ders: readonly Buffer[]): Buffer {
  return records(11, vector(3, ...ders.map((der) => vector(3, der))))
}
