import { type ChainDecoder, DECODERS } from '../parsers/decoders.js'
import type { HeaderEncoding } from '../parsers/encodings.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { invalidValue } from '../util/errors.js'

/** Where and how the rest of a chain is read, if it isn't in the leaf's header. */
export interface ChainHeaderPlan {
  /** One, or several that are numbered. */
  readonly headers: readonly string[]
  readonly encoding: HeaderEncoding
  readonly decode: ChainDecoder
  /** Whether a header may be sent over several lines. */
  readonly repeatable: boolean
}

/**
 * Resolves how the chain is read, if the chain has a separate header.
 *
 * @param name - `undefined` if it has none
 * @param isOwn - whether the name is that of the option `chainHeader`, and not the preset's
 * @throws TypeError `ERR_INVALID_ARG_VALUE`, naming options that cannot be combined
 */
export function compileChainHeader(
  name: string | undefined,
  encoding: HeaderEncoding,
  isOwn: boolean,
): ChainHeaderPlan | undefined {
  if (name === undefined) return undefined
  const decode = DECODERS[encoding].chain
  if (decode === undefined) {
    if (!isOwn) {
      throw invalidValue(
        'option "headerEncoding"',
        `has no chain header such as "${name}"`,
        encoding,
      )
    }
    throw invalidValue('option "chainHeader"', `has no meaning with "${encoding}"`, name)
  }
  return {
    headers: listNumbered(name.toLowerCase()),
    encoding,
    decode,
    repeatable: encoding === 'rfc9440',
  }
}

/** Apache has a separate variable for each certificate of a chain, and `*` means their numbers. */
function listNumbered(name: string): string[] {
  const star = name.indexOf('*')
  if (star === -1) return [name]
  if (star < name.length - 1) {
    throw invalidValue('option "chainHeader"', 'may have a * at its end only, for a number', name)
  }
  return Array.from({ length: MAX_CHAIN_CERTS - 1 }, (_, number) => name.replace('*', `${number}`))
}
