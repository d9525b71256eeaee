import { invalidValue, kindOf } from '../../util/errors.js'
import { warnOnce } from '../../util/warnings.js'
import type { PathCertificate } from '../certificate.js'
import type { RevocationFunction } from './ask.js'
import { type CrlSource, loadLists } from './load.js'
import type { RevocationList } from './reader.js'
import { isListSignedBy } from './signature.js'
import type { Sliced } from './slices.js'
import type { RevocationRules } from './status.js'

/** The lists of a store, and the certificates that can sign them. */
interface Given {
  readonly sources: readonly CrlSource[] | undefined
  /** Lists that were loaded earlier, and are used without `sources`. */
  readonly earlier: { readonly lists: readonly RevocationList[] | undefined } | undefined
  readonly configured: ReadonlySet<PathCertificate>
  readonly anchors: readonly PathCertificate[]
  /** Comes before the names of options in messages. */
  readonly prefix: string
}

interface Options {
  readonly revocation: RevocationFunction | undefined
  readonly revocationPolicy?: 'require' | 'soft' | undefined
}

interface CompiledRevocation extends RevocationRules {
  readonly all: readonly RevocationList[] | undefined
}

/**
 * @returns `undefined` when revocation isn't checked
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE`
 */
export function* compileRevocation(
  { revocation, revocationPolicy }: Options,
  { sources, earlier, configured, anchors, prefix }: Given,
): Sliced<CompiledRevocation | undefined> {
  const name = `option "${prefix}crl"`
  const all = sources === undefined ? earlier?.lists : yield* loadLists(name, sources)
  if (all === undefined && revocation === undefined) {
    if (revocationPolicy === undefined) return undefined
    const problem = 'needs "crl" or "revocation" with it'
    throw invalidValue(`option "${prefix}revocationPolicy"`, problem, revocationPolicy)
  }
  const lists = new Map<string, RevocationList[]>()
  for (const [index, list] of (all ?? []).entries()) {
    yield* assertSigned(list, configured, `CRL ${index + 1} of ${name}`)
    lists.set(list.issuer, [...(lists.get(list.issuer) ?? []), list])
  }
  const rules = { all, lists, ask: revocation, isRequired: revocationPolicy !== 'soft' }
  warnIfMissing(rules, anchors, name)
  return rules
}

/** Without any list, the application is probably about to download them. */
function warnIfMissing(
  { lists, ask, isRequired }: RevocationRules,
  anchors: readonly PathCertificate[],
  name: string,
): void {
  const position = anchors.findIndex(({ subject }) => !lists.has(subject)) + 1
  if (!isRequired || ask !== undefined || lists.size === 0 || position === 0) return
  warnOnce(
    'CLIENT_CERT_CRL_MISSING',
    `No list in ${name} is from CA certificate ${position} of the store, so the clients of this CA are rejected`,
    "Add the list of each CA. If the CA has none, decide whether revocationPolicy: 'soft' is good enough.",
  )
}

/**
 * A list that another CA with the same name signed would never be used. If no certificate with the name is
 * configured, clients may send it. A list with a weak signature could be a forged one, and with 'soft', the store
 * would then accept revoked clients. The signatures are kept, so that no request waits for a large list.
 */
function* assertSigned(
  list: RevocationList,
  configured: ReadonlySet<PathCertificate>,
  name: string,
): Sliced<void> {
  const namesakes = [...configured].filter(({ subject }) => subject === list.issuer)
  if (namesakes.length === 0) return
  if (list.algorithm === undefined) {
    const problem =
      'is signed with an algorithm that is too weak, such as SHA-1. Ask the CA for a list that is signed with ' +
      'SHA-256 or better'
    throw invalidValue(name, problem, kindOf(list.bytes))
  }
  let isSigned = false
  for (const signer of namesakes) {
    const isUsable = signer.hasStrongKey && signer.signatureCost < Infinity
    if (isUsable && (yield* isListSignedBy(list, signer))) isSigned = true
  }
  if (isSigned) return
  throw invalidValue(
    name,
    "isn't signed by any CA of its issuer's name. Check that it is the list of your CA, or add the " +
      'certificate that signs it to intermediates',
    kindOf(list.bytes),
  )
}
