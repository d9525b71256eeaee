import { ANY_POLICY } from '../../support/judged-store.js'
import type { Draft } from './certificate.js'
import type { Place } from './faults.js'
import { type Case, FAULTS } from './generator.js'
import { createFaulty, createPlain, draftAt, type Plain } from './plain.js'
import { copyOf, createDraft, leafOf } from './plan.js'
import { ODD_BASES, ODD_NAMES } from './random-names.js'

/** One case for each explained difference, by the name of the explanation. */

const withFault =
  (name: string, place: Place): (() => Case) =>
  () => {
    const fault = FAULTS.find((one) => one.name === name)
    if (fault === undefined) throw new Error(`Unknown fault "${name}"`)
    return createFaulty(fault, place).write()
  }

const withChange =
  (change: (plain: Plain) => void): (() => Case) =>
  () => {
    const plain = createPlain(2)
    change(plain)
    return plain.write()
  }

/** A CA that signs its next key, which signs what the CA signed before. */
function addSelfIssued({ plan, keyring }: Plain): Draft {
  const ca = draftAt('ca', plan)
  const at = plan.chain.indexOf(ca)
  const next = copyOf(ca, { key: keyring.take(), issuer: ca.subject, signer: ca.key })
  plan.chain.splice(at, 0, next)
  const child = plan.chain[at - 1] as Draft
  child.signer = next.key
  return next
}

export const EXAMPLES: Readonly<Record<string, () => Case>> = {
  'OpenSSL takes anyExtendedKeyUsage for no purpose of TLS': withChange(({ plan }) => {
    plan.options.anyExtendedKeyUsage = true
    leafOf(plan).extendedKeyUsage = ['2.5.29.37.0']
  }),
  'OpenSSL ends a path at a certificate that looks self-signed': withChange((plain) => {
    addSelfIssued(plain).keyIds = 'subject'
  }),
  'OpenSSL tries only one issuer of a name': withChange((plain) => {
    const { plan } = plain
    const next = addSelfIssued(plain)
    // The anchor has the name of the issuer too, and OpenSSL looks among the anchors first.
    const ca = plan.chain[plan.chain.indexOf(next) + 1] as Draft
    plan.anchors.splice(0, plan.anchors.length, ca)
    plan.chain.pop()
    const child = plan.chain[plan.chain.indexOf(next) - 1] as Draft
    child.keyIds = 'none'
  }),
  'OpenSSL reads a common name such as 10.0.0.1 as a DNS name': withChange(({ plan }) => {
    leafOf(plan).subject = 'O=Example/CN=10.0.0.1'
    draftAt('ca', plan).constraints = {
      permitted: [{ kind: 'dns', value: 'example.org' }],
      excluded: [],
    }
  }),
  'OpenSSL takes some anchors without basicConstraints for CAs': withFault(
    'no basicConstraints',
    'anchor',
  ),
  'OpenSSL accepts an extension twice if it does not use it': withFault(
    'unknown extension twice',
    'ca',
  ),
  'OpenSSL accepts a pathLenConstraint without cA': withFault(
    'pathLenConstraint without cA',
    'leaf',
  ),
  'OpenSSL reads lengths that are not DER': withFault('length that is not DER', 'leaf'),
  'OpenSSL accepts an invalid constraint until it meets a name of its type': withChange(
    ({ plan }) => {
      const base = ODD_BASES.find(({ kind }) => kind === 'ip')
      draftAt('ca', plan).constraints = {
        permitted: base === undefined ? [] : [base],
        excluded: [],
      }
    },
  ),
  'OpenSSL accepts an invalid name until it meets a constraint of its type': withChange(
    ({ plan }) => {
      leafOf(plan).names = ODD_NAMES.filter(({ kind }) => kind === 'ip')
    },
  ),
  'OpenSSL ignores critical policy qualifiers': withFault('critical policy qualifier', 'leaf'),
  'OpenSSL ignores an anchor that can not be used, if there is another': withChange(
    ({ plan, keyring }) => {
      const key = keyring.take()
      const other = createDraft('O=Other/CN=Root', 'O=Other/CN=Root', key, key)
      other.faults.push('no basicConstraints')
      plan.anchors.push(other)
    },
  ),
  'OpenSSL maps anyPolicy although it is inhibited': withChange(({ plan }) => {
    const [named, mapped] = ['1.2.3.1', '1.2.3.2'] as const
    plan.hasPolicies = true
    plan.options.policies = [mapped]
    plan.options.inhibitAnyPolicy = true
    const [leaf, lower, upper] = plan.chain as [Draft, Draft, Draft]
    upper.policies = { policies: [named, mapped] }
    lower.policies = { policies: [named, ANY_POLICY], mappings: [[mapped, mapped]] }
    leaf.policies = { policies: [mapped] }
  }),
  'OpenSSL accepts DSA': withFault('DSA key', 'ca'),
}
