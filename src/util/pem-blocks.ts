import type { SecureContextOptions } from 'node:tls'
import { invalidValue, kindOf } from './errors.js'

type Pem = SecureContextOptions['ca']

/** An option with PEM, and how messages describe it. */
export interface PemOption {
  /** Such as `option "ca"`. */
  readonly name: string
  readonly noun: string
  readonly labels: RegExp
  /** Whether blocks with other labels are passed over, whatever they hold. Default: `false`. */
  readonly mayHoldOthers?: boolean
}

/** A BEGIN or END line (RFC 7468 3): nothing before it, and only blanks after it. */
const ARMOUR = /^-----(BEGIN|END) ([A-Z0-9][A-Z0-9 ]*)-----[ \t\r]*$/
/** A line that was probably meant as a BEGIN or END line. Node skips it, or stops reading there. */
const MEANT_AS_ARMOUR =
  /-----(?:BEGIN|END)\b|[-\u2010-\u2015]\s*(?:BEGIN|END)\s+(?:X509 |TRUSTED )?(?:CERTIFICATE|CRL)\b/i
/** Blocks that contain certificates, although Node doesn't read them. */
const UNREAD_CERTIFICATES = /CERTIFICATE|PKCS7|CMS/

/** Four characters of base64, and the last four, which may be padded. */
const [QUAD, LAST] = ['[A-Za-z0-9+/]{4}', '[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/][A-Za-z0-9+/=]|==)']
/** Either base64 alone, or the headers of an encrypted key (RFC 1421 4.4), a blank line and full lines. */
const ORDINARY_BLOCK = new RegExp(
  '^[^\n]{1,200}\n(?:' +
    `(?:(?:${QUAD}){1,19}\r?\n)*(?:${QUAD}){0,18}|` +
    `(?:[A-Z][A-Za-z-]*: [^\n]{1,200}\n)+\r?\n(?:(?:${QUAD}){16}\r?\n)*(?:${QUAD}){0,15}` +
    `)${LAST}\r?\n[^\n]{1,200}$`,
)

interface Block {
  readonly label: string
  readonly lines: readonly string[]
}

/**
 * Lists the PEM blocks of an option, and throws for everything that OpenSSL would silently skip. OpenSSL
 * ignores a BEGIN line that has something before it, and stops without an error at the first block that
 * it can't read.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE`
 */
export function readPem(pem: Pem, option: PemOption): string[] {
  const parts: unknown[] = Array.isArray(pem) ? pem : [pem]
  const found: string[] = []
  for (const text of parts.map(toText)) {
    const blocks = readBlocks(text, option, found.length)
    if (blocks.length === 0) assertNothingMeant(text, option, pem)
    for (const block of blocks) {
      const { label, lines } = block
      if (option.labels.test(label)) found.push(lines.join('\n').trim())
      else if (option.mayHoldOthers !== true) assertPassedOver(block, option, pem)
    }
  }
  if (found.length > 0) return found
  throw invalidPem(`must hold at least one ${option.noun} in PEM`, option, pem)
}

/** Returns an empty string for an unsupported type, because Node has its own error for that. */
function toText(part: unknown): string {
  if (typeof part === 'string') return part
  if (!ArrayBuffer.isView(part)) return ''
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString()
}

/** @param before - the number of blocks of the option that come before this string */
function readBlocks(text: string, option: PemOption, before: number): Block[] {
  const lines = text.split('\n')
  const armour = [...lines.keys()].filter((at) => MEANT_AS_ARMOUR.test(lines[at] as string))
  const blocks: Block[] = []
  for (let index = 0; index < armour.length; index += 2) {
    const [begin = 0, end = lines.length - 1] = armour.slice(index, index + 2)
    const label = readLabel('BEGIN', lines[begin] as string)
    if (label === undefined || readLabel('END', lines[end] as string) !== label) {
      const own = blocks.filter((block) => option.labels.test(block.label))
      throw invalidArmour(option, before + own.length + 1, (label === undefined ? begin : end) + 1)
    }
    blocks.push({ label, lines: lines.slice(begin, end + 1) })
  }
  return blocks
}

function readLabel(edge: 'BEGIN' | 'END', line: string): string | undefined {
  const [, found, label] = ARMOUR.exec(line) ?? []
  return found === edge ? label : undefined
}

function invalidArmour({ name, noun }: PemOption, at: number, line: number): TypeError {
  return invalidValue(
    `${noun} ${at} of ${name}`,
    `must have a BEGIN and an END line, each on its own line (see line ${line}); otherwise Node ignores ` +
      'it, or everything after it. Put a line break between files that you join',
    kindOf(''),
  )
}

/** Completes what an option must hold. */
export const HINT_AT_FILE_NAME = ', but looks like a file name: pass its contents'

/** Doesn't quote the value, because it may be a private key in the wrong option. */
function invalidPem(problem: string, { name }: PemOption, pem: unknown): TypeError {
  return invalidValue(name, problem, kindOf(pem))
}

/** Node ignores a string without blocks. That is right only if it is empty or consists of comments. */
function assertNothingMeant(text: string, option: PemOption, pem: unknown): void {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.every((line) => line.startsWith('#'))) return
  const hint = looksLikeFileName(text) ? HINT_AT_FILE_NAME : ''
  throw invalidPem(`must hold at least one ${option.noun} in PEM${hint}`, option, pem)
}

/** Whether a string that should hold PEM is one line of ordinary characters, and no web page. */
export function looksLikeFileName(text: string): boolean {
  return /^[\x20-;=?-\x7e]{1,255}$/.test(text.trim())
}

/**
 * OpenSSL's own error for such a key is "DECODER routines::unsupported".
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for the name of a file instead of its contents
 */
export function assertKeyContents(keys: unknown): void {
  for (const key of Array.isArray(keys) ? (keys as unknown[]) : [keys]) {
    if (typeof key !== 'string' || key.includes('-----') || !looksLikeFileName(key)) continue
    throw invalidValue(
      'option "key"',
      `must hold a private key in PEM${HINT_AT_FILE_NAME}`,
      kindOf(key),
    )
  }
}

/** OpenSSL can skip a block of another kind only if it can decode the block. */
function assertPassedOver(block: Block, option: PemOption, pem: unknown): void {
  const { label, lines } = block
  if (ORDINARY_BLOCK.test(lines.join('\n')) && !UNREAD_CERTIFICATES.test(label)) return
  const problem = `must hold only ${option.noun}s in PEM: Node can't read its ${label} block`
  throw invalidPem(problem, option, pem)
}
