import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'

const FOLDER = new URL('../../.github/workflows/', import.meta.url)

/** The lines of every job of a workflow, by the name of the job. */
function jobsOf(workflow: string): [name: string, job: string][] {
  const [, jobs = ''] = workflow.split(/^jobs:\n/m)
  const [, ...parts] = jobs.split(/^ {2}([a-z-]+):\n/m)
  return parts.flatMap((name, at) => (at % 2 === 0 ? [[name, parts[at + 1] ?? '']] : []))
}

for (const file of readdirSync(FOLDER)) {
  const workflow = readFileSync(new URL(file, FOLDER), 'utf8')
  const jobs = jobsOf(workflow)
  const used = [...workflow.matchAll(/\buses: *(.*)/g)].map(([, action = '']) => action)

  describe(`the workflow ${file}`, () => {
    it('pins every action to a commit, and names its version', () => {
      expect(used).not.to.be.empty
      const external = used.filter((action) => !action.startsWith('./.github/workflows/'))
      const pinned = /^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/
      expect(external.filter((action) => !pinned.test(action))).to.deep.equal([])
    })

    it('has no permissions but those that a job asks for', () => {
      expect(workflow).to.match(/^permissions: \{\}$/m)
      expect(jobs).not.to.be.empty
      for (const [name, job] of jobs) expect(job, name).to.match(/^ {4}permissions:\n {6}/m)
    })

    it('leaves no credentials in a checkout', () => {
      const checkouts = workflow.split('- uses: actions/checkout@').slice(1)
      for (const checkout of checkouts) {
        const [step = ''] = checkout.split(/^ {6}- /m)
        expect(step).to.include('with:\n          persist-credentials: false\n')
      }
    })

    it('does not run beside itself', () => {
      expect(workflow).to.match(/^concurrency:\n {2}group: /m)
    })
  })
}

describe('the workflow that publishes', () => {
  const jobs = jobsOf(readFileSync(new URL('release.yml', FOLDER), 'utf8'))

  it('runs no code of a dependency in the job that has the identity for it', () => {
    const publishing = jobs.filter(([, job]) => job.includes('id-token: write'))
    expect(publishing.map(([name]) => name)).to.deep.equal(['publish'])
    const commands = publishing.flatMap(([, job]) => job.match(/- run: .*/g) ?? [])
    expect(commands).to.deep.equal([
      '- run: npm publish ./*.tgz --provenance --access public --ignore-scripts',
    ])
  })

  it('uses no cache', () => {
    for (const [name, job] of jobs) {
      const nodes = job.match(/uses: actions\/setup-node@/g) ?? []
      const uncached = job.match(/^ {10}package-manager-cache: false$/gm) ?? []
      expect(uncached, name).to.have.lengthOf(nodes.length)
      expect(job, name).not.to.match(/actions\/cache@|^ +cache:/m)
    }
  })
})
