import { X509Certificate } from 'node:crypto'
import type { JudgedVerdict } from '../../support/judged-store.js'
import type { Case } from './generator.js'

/**
 * Answers like a package that has forgotten one of its rules: it accepts the first path with fitting
 * names and signatures, or with fitting names only. Without such a path, the verdict stays as it is.
 */
export function forget(test: Case, verdict: JudgedVerdict): JudgedVerdict {
  const path = walk(test, true) ?? walk(test, false)
  return path === undefined ? verdict : { ok: true, path, policies: [] }
}

function parse(der: Buffer): X509Certificate[] {
  try {
    return [new X509Certificate(der)]
  } catch {
    return []
  }
}

function walk(test: Case, checksSignatures: boolean): X509Certificate[] | undefined {
  const anchors = test.anchors.flatMap(({ der }) => parse(der))
  const candidates = test.candidates.flatMap(({ der }) => parse(der))
  const [leaf] = parse(test.leaf.der)
  if (leaf === undefined) return undefined
  const path = [leaf]
  while (path.length <= candidates.length + 1) {
    const last = path.at(-1) as X509Certificate
    const isIssuer = (issuer: X509Certificate): boolean =>
      issuer.subject === last.issuer &&
      !path.includes(issuer) &&
      (!checksSignatures || isSignedBy(last, issuer))
    const anchor = anchors.find(isIssuer)
    if (anchor !== undefined) return [...path, anchor]
    const next = candidates.find(isIssuer)
    if (next === undefined) return undefined
    path.push(next)
  }
  return undefined
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}
