import { expect } from 'chai'
import { encodeCertificate } from '../../../../src/cli/doctor/encode.js'
import type { Settings } from '../../../../src/cli/doctor/settings.js'
import {
  CERT,
  createFixtures,
  findingsOf,
  safe,
  simulate,
  verdictsOf,
  type Simulated,
} from '../../../support/deployment.js'
import { removeFiles } from '../../../support/doctor.js'

describe('doctor', () => {
  let plain: Settings
  let full: Settings
  let base64: string
  before(async () => {
    ;({ plain, full, base64 } = await createFixtures())
  })
  after(removeFiles)

  describe('compares different certificates in the header of the good client', () => {
    const reading =
      (isAccepted: (value: string) => boolean): Simulated =>
      ({ client, header }) =>
        client === 'good' && isAccepted(header(CERT) ?? base64) ? 200 : 401

    it('and finds that a damaged one changes the answer', async () => {
      const deployment = reading((value) => !value.startsWith('AII'))
      expect(await findingsOf(deployment, plain)).to.deep.equal([
        ['good-forged', [`${CERT} base64-der`]],
      ])
    })

    it('and finds that a forged one changes the answer', async () => {
      const forged = encodeCertificate(plain.identities.namesake.leaf, 'base64-der')
      const deployment = reading((value) => value !== forged)
      expect(await findingsOf(deployment, plain)).to.deep.equal([
        ['good-forged', [`${CERT} base64-der`]],
      ])
    })

    it("and finds that another client's changes the answer", async () => {
      const other = encodeCertificate(full.other?.leaf as Buffer, 'base64-der')
      const deployment = reading((value) => value !== other)
      expect(await findingsOf(deployment, full)).to.deep.equal([
        ['good-forged', [`${CERT} base64-der`]],
      ])
    })

    it('and concludes nothing if its own certificate changes the answer too', async () => {
      const { diagnosis } = await simulate(
        ({ client, header }) => (client === 'good' && header(CERT) === undefined ? 200 : 401),
        plain,
      )
      const compared = diagnosis.results.find(({ check }) => check.name === 'good-forged')
      expect(compared).to.deep.include({
        verdict: 'rejected',
        note: 'also with its own certificate in the header',
      })
    })

    it('and says that the client may get in if nothing changes the answer', async () => {
      expect(await verdictsOf(safe, plain)).to.include({
        'good-forged': 'may get in',
        'good-underscores': 'may get in',
      })
    })

    it('and concludes nothing from an answer that changes only once', async () => {
      for (const at of [1, 2, 3]) {
        let seen = 0
        const deployment: Simulated = ({ client, header }) => {
          if (client !== 'good') return 401
          const value = header(CERT)
          if (value === undefined) return 200
          // Damaged, own, damaged: each of the repetitions must agree.
          seen += value.startsWith('AII') || (seen > 0 && seen < 3) ? 1 : 0
          return value.startsWith('AII') && seen === at && at === 1 ? 401 : 200
        }
        expect(await findingsOf(deployment, plain)).to.deep.equal([])
      }
    })

    it('and concludes nothing if its own certificate is rejected the second time', async () => {
      let owns = 0
      const deployment: Simulated = ({ client, header }) => {
        if (client !== 'good') return 401
        const value = header(CERT)
        if (value?.startsWith('AII')) return 401
        if (value === base64) owns += 1
        return owns === 2 && value === base64 ? 401 : 200
      }
      const { diagnosis } = await simulate(deployment, plain)
      expect(diagnosis.results.find(({ check }) => check.name === 'good-forged')?.verdict).to.equal(
        'rejected',
      )
    })

    it('and concludes nothing from a connection that ends or hangs', async () => {
      for (const answer of [{ kind: 'closed', code: undefined }, { kind: 'timeout' }] as const) {
        const deployment: Simulated = ({ client, header }) =>
          client !== 'good' ? 401 : header(CERT)?.startsWith('AII') ? answer : 200
        const verdicts = await verdictsOf(deployment, plain)
        expect(verdicts['good-forged']).to.equal(
          answer.kind === 'timeout' ? 'no answer' : 'rejected',
        )
      }
    })

    it('and reports all of them if it is not one header alone', async () => {
      const isChanged = (value = ''): boolean => value.includes('AII')
      const deployment: Simulated = ({ client, header }) =>
        client === 'good' &&
        !(isChanged(header('akamai-cc-der')) && isChanged(header('x-amzn-mtls-clientcert')))
          ? 200
          : 401
      const [[, variants] = []] = await findingsOf(deployment, plain)
      expect(variants).to.include.members([
        'akamai-cc-der rfc9440',
        'x-amzn-mtls-clientcert url-pem-aws',
      ])
    })

    it('and asks for its own certificate twice where the good certificate alone is rejected', async () => {
      let owns = 0
      const once: Simulated = ({ client, header }) => {
        if (client !== 'good' || header(CERT) !== base64) return 401
        owns += 1
        return owns === 1 ? 200 : 401
      }
      const error: unknown = await simulate(once, plain).catch((thrown: unknown) => thrown)
      expect(error).to.have.property('message').that.includes('the good certificate gets 401')
    })
  })
})
