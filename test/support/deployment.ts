import { diagnose, type Diagnosis, isFinding } from '../../src/cli/doctor/diagnose.js'
import type { ClientName } from '../../src/cli/doctor/checks.js'
import type { Line } from '../../src/cli/doctor/forgeries.js'
import type { Answer } from '../../src/cli/doctor/request.js'
import { encodeCertificate } from '../../src/cli/doctor/encode.js'
import { createSender } from '../../src/cli/doctor/sender.js'
import { readSettings, type Settings } from '../../src/cli/doctor/settings.js'
import { writeFiles } from './doctor.js'
import { testPki } from './pki.js'

/** A request as a simulated deployment gets it. */
export interface SimulatedRequest {
  readonly client: ClientName
  readonly isDirect: boolean
  readonly lines: readonly Line[]
  /** The value of the first line with this name, in this spelling. */
  readonly header: (name: string) => string | undefined
  /** The number of requests before this one. */
  readonly before: number
}

/** Answers a request with a status, or in another way. */
export type Simulated = (request: SimulatedRequest) => number | Answer

export interface SimulatedRun {
  readonly diagnosis: Diagnosis
  readonly requests: readonly SimulatedRequest[]
}

/** Settings for `https://api.example.com/me` with a real certificate. */
export async function settingsWith(
  values: Parameters<typeof readSettings>[0]['values'] = {},
): Promise<Settings> {
  const { ec } = await testPki()
  const { cert, key } = writeFiles({ cert: ec.cert, key: ec.key })
  return readSettings(
    { values: { cert, key, ...values }, positionals: ['https://api.example.com/me'] },
    Date.now(),
  )
}

/** Adds another certificate and a direct port to the settings. */
export async function fullSettings(header: readonly string[] = []): Promise<Settings> {
  const { rsa } = await testPki()
  const { cert, key } = writeFiles({ cert: rsa.cert, key: rsa.key })
  const direct = 'http://node:3000'
  return settingsWith({ 'other-cert': cert, 'other-key': key, direct, header: [...header] })
}

/** Runs all checks against a deployment that is a function. */
export async function simulate(deployment: Simulated, settings: Settings): Promise<SimulatedRun> {
  const { good, selfSigned, namesake } = settings.identities
  const clients: readonly (readonly [unknown, ClientName])[] = [
    [undefined, 'none'],
    [good, 'good'],
    [selfSigned, 'selfSigned'],
    [namesake, 'namesake'],
    [settings.other, 'other'],
  ]
  const requests: SimulatedRequest[] = []
  const sender = createSender(undefined, (target, identity, lines) => {
    const request: SimulatedRequest = {
      client: clients.find(([one]) => one === identity)?.[1] as ClientName,
      isDirect: target === settings.direct,
      lines,
      header: (name) => lines.find(([line]) => line === name)?.[1],
      before: requests.length,
    }
    requests.push(request)
    const answer = deployment(request)
    return Promise.resolve(typeof answer === 'number' ? statusOf(answer) : answer)
  })
  return { diagnosis: await diagnose(settings, sender), requests }
}

export function statusOf(status: number, location?: string): Answer {
  return { kind: 'status', status, location }
}

/** Accepts the good certificate from the handshake alone. */
export const safe: Simulated = ({ client }) => (client === 'good' ? 200 : 401)

/** Two headers that several presets read. */
export const CERT = 'x-ssl-client-cert'
export const VERIFY = 'x-ssl-client-verify'

/** The verdict of each check. */
export async function verdictsOf(
  deployment: Simulated,
  settings: Settings,
): Promise<Record<string, string>> {
  const { diagnosis } = await simulate(deployment, settings)
  return Object.fromEntries(diagnosis.results.map(({ check, verdict }) => [check.name, verdict]))
}

/** The checks that found something, and the headers that they name. */
export async function findingsOf(
  deployment: Simulated,
  settings: Settings,
): Promise<[check: string, headers: string[]][]> {
  const { diagnosis } = await simulate(deployment, settings)
  return diagnosis.results
    .filter(isFinding)
    .map(({ check, variants }) => [
      check.name,
      variants.map(({ header, encoding }) => `${header} ${encoding}`),
    ])
}

export interface Fixtures {
  plain: Settings
  full: Settings
  /** The good certificate as `url-pem`, and as `base64-der`. */
  urlPem: string
  base64: string
}

export async function createFixtures(): Promise<Fixtures> {
  const [plain, full] = [await settingsWith(), await fullSettings()]
  const { leaf } = plain.identities.good
  return {
    plain,
    full,
    urlPem: encodeCertificate(leaf, 'url-pem'),
    base64: encodeCertificate(leaf, 'base64-der'),
  }
}
