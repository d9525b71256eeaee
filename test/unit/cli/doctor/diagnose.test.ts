import { expect } from 'chai'
import { CHECKS } from '../../../../src/cli/doctor/checks.js'
import { isFinding, LIMIT } from '../../../../src/cli/doctor/diagnose.js'
import type { Settings } from '../../../../src/cli/doctor/settings.js'
import {
  CERT,
  createFixtures,
  fullSettings,
  safe,
  simulate,
  statusOf,
  VERIFY,
  type Simulated,
} from '../../../support/deployment.js'
import { removeFiles } from '../../../support/doctor.js'

describe('a run of doctor', () => {
  let plain: Settings
  let full: Settings
  let base64: string
  before(async () => {
    ;({ plain, full, base64 } = await createFixtures())
  })
  after(removeFiles)

  it('finds nothing where only the good certificate gets in', async () => {
    const { diagnosis, requests } = await simulate(safe, plain)
    expect(diagnosis.results.filter(isFinding)).to.deep.equal([])
    expect(diagnosis.results.filter(({ verdict }) => verdict === 'not tried')).to.deep.equal([])
    expect(diagnosis.baseline).to.deep.equal(statusOf(200))
    expect(diagnosis.last).to.deep.equal(statusOf(200))
    expect(diagnosis.requests).to.equal(requests.length)
  })

  it('begins and ends with the good certificate alone', async () => {
    const { requests } = await simulate(safe, plain)
    for (const request of [requests[0], requests.at(-1)]) {
      expect(request).to.include({ client: 'good', isDirect: false })
      expect(request?.lines).to.deep.equal([])
    }
  })

  it('tries every check if it has another certificate and a direct port', async () => {
    const { diagnosis } = await simulate(safe, full)
    expect(diagnosis.results.map(({ check }) => check)).to.deep.equal(CHECKS)
    const { diagnosis: less } = await simulate(safe, plain)
    const names = CHECKS.filter(({ client, isDirect }) => client !== 'other' && isDirect !== true)
    expect(less.results.map(({ check }) => check)).to.deep.equal(names)
  })

  it('never sends more than 60 requests, and keeps one for the good certificate', async () => {
    const { diagnosis, requests } = await simulate(safe, await fullSettings(['a', 'b', 'c', 'd']))
    expect(requests).to.have.lengthOf(60)
    expect(requests.at(-1)?.lines).to.deep.equal([])
    const missed = diagnosis.results.filter(({ note }) => note === LIMIT)
    expect(missed.map(({ verdict }) => verdict)).to.include('not tried')
    expect(missed.map(({ check }) => check)).to.deep.equal(CHECKS.slice(-missed.length))
    expect(LIMIT).to.equal('a run sends at most 60 requests')
  })

  it('reports a client that gets in with the last possible request', async () => {
    const settings = await fullSettings(['a', 'b', 'c', 'd'])
    const { diagnosis } = await simulate(
      ({ client, before }) => (client === 'good' || before === 58 ? 200 : 401),
      settings,
    )
    const [found] = diagnosis.results.filter(isFinding)
    // No request was left to find out which of them it was.
    expect(found?.variants).not.to.be.empty
  })

  it('sends forged headers to the direct port and no certificate', async () => {
    const { requests } = await simulate(safe, full)
    const direct = requests.filter(({ isDirect }) => isDirect)
    expect(new Set(direct.map(({ client }) => client))).to.deep.equal(new Set(['none']))
    expect(direct[0]?.lines).to.deep.equal([])
    expect(direct.some(({ header }) => header(CERT) === base64 && header(VERIFY) === '0')).to.equal(
      true,
    )
  })

  describe('does not try', () => {
    const notesOf = async (
      deployment: Simulated,
      settings: Settings,
    ): Promise<Record<string, unknown>> => {
      const { diagnosis } = await simulate(deployment, settings)
      return Object.fromEntries(diagnosis.results.map(({ check, note }) => [check.name, note]))
    }

    it('anything else on a path that needs no certificate', async () => {
      const { diagnosis, requests } = await simulate(() => 200, full)
      const others = diagnosis.results.slice(1)
      for (const { verdict, note, answers } of others)
        expect({ verdict, note, answers }).to.deep.equal({
          verdict: 'not tried',
          note: 'this path needs no certificate',
          answers: [],
        })
      expect(requests).to.have.lengthOf(3)
    })

    it('forged headers of a client that gets in without them', async () => {
      const note = 'this client gets in without forged headers'
      const notes = await notesOf(({ client }) => (client === 'none' ? 401 : 200), full)
      expect(notes).to.include({
        'self-signed-forged': note,
        'self-signed-dropped': note,
        'other-forged': note,
        forged: undefined,
      })
    })

    it('forged headers of a client whose handshake is rejected', async () => {
      const closed = { kind: 'closed', code: undefined } as const
      const note = 'the connection is rejected'
      const notes = await notesOf(({ client }) => (client === 'good' ? 200 : closed), full)
      expect(notes).to.include({
        forged: note,
        'self-signed-forged': note,
        'direct-forged': note,
        'good-forged': undefined,
      })
    })

    it('forged headers of a client that gets no answer', async () => {
      const note = 'this client gets no answer without forged headers'
      const notes = await notesOf(
        ({ client }) => (client === 'good' ? 200 : { kind: 'timeout' }),
        full,
      )
      expect(notes).to.include({
        forged: note,
        underscores: note,
        'other-forged': note,
        'direct-forged': note,
      })
    })

    it('other spellings if a forged header gets in already', async () => {
      const note = 'a forged header gets in already'
      const notes = await notesOf(
        ({ client, header }) =>
          client === 'good' || (client === 'none' && header(CERT) === base64) ? 200 : 401,
        full,
      )
      expect(notes).to.include({
        forged: undefined,
        underscores: note,
        empty: note,
        'forged-false-ca': note,
      })
      // Others than the client without a certificate behind the proxy.
      expect(notes).to.include({ 'self-signed-forged': undefined, 'good-underscores': undefined })
      expect(notes['direct-forged']).to.equal(undefined)
    })

    it('other spellings with the good certificate if its header is read already', async () => {
      const deployment: Simulated = ({ client, header }) =>
        client === 'good' && header(CERT)?.startsWith('AII') !== true ? 200 : 401
      expect(await notesOf(deployment, plain)).to.include({
        'good-underscores': 'a forged header gets in already',
      })
    })
  })

  it("doesn't hide an error in its code", async () => {
    const deployment: Simulated = ({ client, lines }) => {
      if (client === 'none' && lines.length > 0) throw new TypeError('bug')
      return safe({ client } as never)
    }
    const error: unknown = await simulate(deployment, plain).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('message', 'bug')
    let forged = 0
    const later: Simulated = ({ client, header }) => {
      if (client === 'none' && header(CERT) !== undefined && (forged += 1) > 0) {
        if (forged > 1) throw new TypeError('bug while narrowing')
        return 200
      }
      return safe({ client } as never)
    }
    const second: unknown = await simulate(later, plain).catch((thrown: unknown) => thrown)
    expect(second).to.have.property('message', 'bug while narrowing')
  })
})
