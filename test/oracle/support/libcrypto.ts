import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Opinion, Question } from './half-handshake.js'

/** The system's own Python. It needs no module, because it calls libcrypto through ctypes. */
const PYTHON = '/usr/bin/python3'
/** Ignores the PYTHON* variables of the environment, which may be meant for another Python. */
const ISOLATED = '-I'
const SCRIPT = fileURLToPath(new URL('libcrypto.py', import.meta.url))

/** X509_PURPOSE_SSL_CLIENT and X509_PURPOSE_SSL_SERVER of OpenSSL's x509v3.h. */
export const PURPOSE = { client: 1, server: 2 } as const

/** X509_V_FLAG_* of OpenSSL's x509_vfy.h. */
export const FLAG = {
  explicitPolicy: 0x100,
  inhibitAny: 0x200,
  inhibitMap: 0x400,
  policyCheck: 0x80,
  crlCheck: 0x4,
  crlCheckAll: 0x8,
  /** Other signers, and lists for some reasons only. */
  extendedCrls: 0x1000,
}

export interface DetailedQuestion extends Question {
  readonly purpose?: number
  /** In seconds since 1970; now by default. */
  readonly time?: number
  /** The largest number of CA certificates between the leaf and the anchor. */
  readonly depth?: number
  /** In dotted form; the policies are checked if there is at least one. */
  readonly policies?: readonly string[]
  readonly flags?: number
  /** OpenSSL's security level; 2 by default. */
  readonly level?: number
  /** With the flag `crlCheck`: X509_V_ERR_* that don't end the verification. */
  readonly ignored?: readonly number[]
  readonly crls?: readonly Buffer[]
}

export interface Libcrypto {
  readonly version: string
  readonly ask: (question: DetailedQuestion) => Promise<Opinion>
  readonly end: () => void
}

const encode = (ders: readonly Buffer[]): string[] => ders.map((der) => der.toString('base64'))

/** Starts the process, or resolves with the reason why it can't. */
export async function startLibcrypto(): Promise<Libcrypto | string> {
  const child = spawn(PYTHON, [ISOLATED, SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] })
  const missing = new Promise<string>((resolve) =>
    child.once('error', ({ message }) => resolve(message)),
  )
  const lines = createInterface(child.stdout)
  const waiting: ((line: string | undefined) => void)[] = []
  let isClosed = false
  const next = (): Promise<string | undefined> =>
    new Promise((resolve) => (isClosed ? resolve(undefined) : waiting.push(resolve)))
  lines.on('line', (line) => waiting.shift()?.(line))
  lines.on('close', () => {
    isClosed = true
    for (const resolve of waiting.splice(0)) resolve(undefined)
  })
  child.stdin.on('error', () => undefined)
  const greeting = await Promise.race([next(), missing])
  const version = /^"(OpenSSL .*)"$/.exec(greeting ?? '')?.[1]
  if (version === undefined)
    return `${PYTHON} finds no libcrypto of OpenSSL: ${greeting ?? 'it ended'}`
  return {
    version,
    ask: async ({ anchors, leaf, candidates, crls = [], ...rest }) => {
      const question = {
        ...rest,
        crls: encode(crls),
        anchors: encode(anchors),
        leaf: leaf.toString('base64'),
        candidates: encode(candidates),
      }
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const line = await next()
      if (line === undefined) throw new Error('The process with libcrypto has ended')
      return JSON.parse(line) as Opinion
    },
    end: () => child.stdin.end(),
  }
}
