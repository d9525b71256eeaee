import { decodeBase64 } from '../../parsers/base64.js'
import { UsageError } from '../command.js'
import { describeDamage } from './damage.js'
import { describeLabel } from './other-kinds.js'

const BLOCK = /-----BEGIN ([A-Z0-9 #]{1,40})-----([^-]*)(?:-----END ([A-Z0-9 #]{1,40})-----)?/g

const NO_BLOCK =
  'the PEM is damaged: the line -----BEGIN CERTIFICATE----- is misspelt or incomplete; copy it again'

/**
 * Decodes the certificates in PEM blocks, whatever the white space is.
 *
 * @throws UsageError if there are none, or if one of them can't be decoded
 */
export function decodeBlocks(text: string): {
  readonly ders: Buffer[]
  readonly problems: string[]
} {
  const blocks = [...text.matchAll(BLOCK)].map(([, label = '', body = '', end]) => ({
    label,
    body,
    end,
  }))
  const certificates = blocks.filter(({ label }) => /^(?:X509 )?CERTIFICATE$/.test(label))
  const others = blocks.filter(({ label }) => !/CERTIFICATE$|PARAMETERS$/.test(label))
  if (blocks.length === 0) throw new UsageError(NO_BLOCK)
  if (certificates.length === 0) throw new UsageError(describeLabel(pickLabel(blocks)))
  const ders = certificates.map(({ label, body, end }) => decodeBody(body, end === label))
  return {
    ders,
    problems: describeOthers(
      others.map(({ label }) => label),
      text,
    ),
  }
}

/** A file with a key often begins with the parameters of its curve. */
function pickLabel(blocks: readonly { readonly label: string }[]): string {
  const labels = blocks.map(({ label }) => label)
  return labels.find((label) => label.endsWith('PRIVATE KEY')) ?? (labels[0] as string)
}

function decodeBody(body: string, isClosed: boolean): Buffer {
  const digits = body.replaceAll(/\s/g, '')
  if (!isClosed) {
    throw new UsageError('the PEM is cut off or damaged: a BEGIN line has no matching END line')
  }
  const der = decodeBase64(digits)
  if (der !== undefined) return der
  throw new UsageError(describeDamage(Buffer.from(digits, 'base64'), { isBroken: true }))
}

function describeOthers(labels: readonly string[], text: string): string[] {
  const problems: string[] = []
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    problems.push("a private key is in there too; don't share it, not even with this program")
  }
  if (!/\s/.test(text.replaceAll(/-----[^-]*-----/g, ''))) {
    problems.push('the PEM has lost its line breaks, so neither Node nor a strategy reads it')
  }
  return problems
}
