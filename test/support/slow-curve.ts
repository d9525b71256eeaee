import { ecSpki, int, octets, oid, seq } from './der-writer.js'

/**
 * A curve with explicit parameters, made so that OpenSSL takes as long as possible to read a key on
 * it. Both the generator and the key are compressed points, so OpenSSL takes two square roots, by
 * Tonelli and Shanks. Each root takes about E * E / 2 multiplications, where 2^E divides p - 1.
 */
const E = 642n
/** The smallest factor that makes the number a prime. OpenSSL reads fields of up to 661 bits. */
const FACTOR = 619n
const P = FACTOR * 2n ** E + 1n
const FIELD_BYTES = 82

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % P
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

function findNonresidue(): bigint {
  let value = 2n
  while (power(value, (P - 1n) / 2n) === 1n) value += 1n
  return value
}

function field(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * FIELD_BYTES, '0'), 'hex')
}

let made: Buffer | undefined

/**
 * The SubjectPublicKeyInfo. At x = 0, the square is the curve's own `b`. The order of `b` is the
 * largest possible power of two, so each step of the algorithm clears a single bit.
 */
export function slowSpki(): Buffer {
  if (made !== undefined) return made
  const b = power(findNonresidue(), 2n * FACTOR)
  const point = Buffer.concat([Buffer.from([2]), field(0n)])
  const curve = seq(octets(field(1n)), octets(field(b)))
  const order = 2n ** (8n * BigInt(FIELD_BYTES - 1)) + 1n
  const parameters = seq(
    int(1),
    seq(oid('1.2.840.10045.1.1'), int(P)),
    curve,
    octets(point),
    int(order),
  )
  made = ecSpki(parameters, point)
  return made
}
