import { extension, nothing } from '../../../support/der-writer.js'
import { CA_USAGE, KEY_USAGE } from '../certificate.js'
import { WEAK_KEYS } from '../keys.js'
import { copyOf, createDraft } from '../plan.js'
import { copyOfList, createList, keyIdentifier, TIMES } from './list.js'
import {
  addEntry,
  changeList,
  issuerOf,
  listAbout,
  otherKeyOf,
  pickCa,
  pickSubject,
  signWith,
  type Variation,
} from './places.js'
import type { Draft } from '../certificate.js'
import type { CrlPlan } from './plan.js'

/** Lets a list be signed by another certificate with the name of its CA. */
function signedByOther(name: string, change: (signer: Draft, plan: CrlPlan) => void): Variation {
  return {
    name: `a list of another key: ${name}`,
    apply: changeList((list, plan, subject) => {
      const ca = issuerOf(subject, plan)
      const isAnchor = ca.issuer === ca.subject
      // The new key of a root has a certificate that the old key signed (RFC 4210 4.4).
      const signer = otherKeyOf(ca, plan, isAnchor ? { signer: ca.key } : {})
      plan.others.push(signer)
      change(signer, plan)
      signWith(list, signer)
      if (plan.random.chance(0.3)) addEntry(list, plan, subject.serial)
    }),
  }
}

/** Signers of lists. */
export const SIGNER_VARIATIONS: readonly Variation[] = [
  {
    name: 'a list of a stranger with the same name',
    apply: changeList((list, plan, { serial }) => {
      list.signer = plan.keyring.take()
      if (plan.random.chance(0.5)) addEntry(list, plan, serial)
    }),
  },
  {
    name: 'a forged list beside the genuine one',
    apply: changeList((list, plan, { serial }) => {
      const forged = copyOfList(list)
      forged.signer = plan.keyring.take()
      if (plan.random.chance(0.3)) addEntry(forged, plan, serial)
      if (plan.random.chance(0.5)) addEntry(list, plan, serial)
      plan.lists.splice(plan.random.below(plan.lists.length + 1), 0, forged)
    }),
  },
  {
    name: 'a CA without cRLSign',
    apply: (plan) => {
      pickCa(plan).keyUsage = CA_USAGE.keyCertSign
    },
  },
  {
    name: 'a list of a CA that issued nothing',
    apply: (plan) => {
      const { chain, keyring, lists } = plan
      const stranger = createList('O=Example/CN=Stranger', keyring.take())
      for (const { serial } of chain) addEntry(stranger, plan, serial)
      lists.push(stranger)
    },
  },
  signedByOther('valid', () => undefined),
  signedByOther('only for lists', (signer) => {
    signer.keyUsage = CA_USAGE.cRLSign
    signer.basicConstraints = { ca: false }
  }),
  signedByOther('without cRLSign', (signer) => (signer.keyUsage = CA_USAGE.keyCertSign)),
  signedByOther('of a client', (signer) => {
    signer.keyUsage = KEY_USAGE.digitalSignature
    signer.basicConstraints = { ca: false }
  }),
  signedByOther('not there', (signer, { withheld }) => withheld.add(signer)),
  signedByOther('expired', (signer) => (signer.validity = 'past')),
  signedByOther('forged', (signer, { keyring }) => {
    signer.signer = keyring.take()
    signer.authorityKeyId = Buffer.alloc(20, 7)
  }),
  signedByOther('broken', (signer) => (signer.isBroken = true)),
  signedByOther('self-signed', (signer) => {
    signer.issuer = signer.subject
    signer.signer = signer.key
  }),
  signedByOther('with SHA-1', (signer) => {
    if (signer.signer.privateKey.asymmetricKeyType !== 'ed25519') signer.digest = 'sha1'
  }),
  signedByOther('weak', (signer) => (signer.key = WEAK_KEYS['rsa-1024'])),
  signedByOther('with an unknown critical extension', (signer) => {
    signer.extras = [extension('1.2.3.4.5', nothing(), true)]
  }),
  signedByOther('revoked', (signer, plan) => {
    const list = listAbout(signer, plan)
    if (list !== undefined) addEntry(list, plan, signer.serial)
  }),
  {
    name: 'another CA may sign lists, but a third has signed',
    apply: changeList((list, plan, subject) => {
      plan.others.push(otherKeyOf(issuerOf(subject, plan), plan))
      list.signer = plan.keyring.take()
    }),
  },
  {
    name: 'a list of the CA above',
    apply: changeList((list, plan, subject) => {
      const above = issuerOf(issuerOf(subject, plan), plan)
      if (above.key === list.signer) return
      signWith(list, above)
    }),
  },
  {
    name: 'two anchors of one name, with the list of one of them',
    apply: (plan) => {
      const anchor = plan.chain.at(-1) as Draft
      const other = otherKeyOf(anchor, plan)
      plan.anchors.push(other)
      const list = createList(other.subject, other.key)
      list.extensions = [keyIdentifier(other.key)]
      const isOnly = plan.random.chance(0.5)
      if (isOnly) plan.lists = plan.lists.filter(({ issuer }) => issuer !== anchor.subject)
      if (plan.random.chance(0.3)) addEntry(list, plan, pickSubject(plan).serial)
      plan.lists.push(list)
    },
  },
  {
    name: 'the certificate of the anchor again, with cRLSign, from the client',
    apply: (plan) => {
      const anchor = plan.chain.at(-1) as Draft
      anchor.keyUsage = CA_USAGE.keyCertSign
      const usage = CA_USAGE.keyCertSign | CA_USAGE.cRLSign
      const again = copyOf(anchor, { keyUsage: usage, signer: plan.keyring.take() })
      if (plan.random.chance(0.5)) again.isBroken = true
      plan.others.push(again)
      plan.areConfigured = false
    },
  },
  {
    name: 'a CA that was certified twice',
    apply: (plan) => {
      if (plan.chain.length < 3) return
      const [ca] = plan.chain.slice(1, -1) as [Draft]
      const twin = copyOf(ca)
      plan.others.push(twin)
      const list = listAbout(ca, plan)
      if (list === undefined) return
      const { random } = plan
      if (random.chance(0.7)) addEntry(list, plan, ca.serial)
      if (random.chance(0.5)) addEntry(list, plan, twin.serial)
    },
  },
  {
    name: 'a list that a client has signed',
    apply: (plan) => {
      const ca = pickCa(plan)
      const signer = createDraft(ca.subject, ca.subject, plan.keyring.take(), ca.key)
      signer.keyUsage = plan.random.pick([undefined, KEY_USAGE.digitalSignature])
      plan.others.push(signer)
      const list = createList(ca.subject, signer.key)
      list.extensions = [keyIdentifier(signer.key)]
      list.thisUpdate = TIMES.now
      plan.lists = [...plan.lists.filter(({ issuer }) => issuer !== ca.subject), list]
    },
  },
]
