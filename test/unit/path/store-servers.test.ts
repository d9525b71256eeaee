import { expect } from 'chai'
import {
  type FollowingServer,
  type HandshakeTrust,
  type ServedStore,
  StoreServers,
} from '../../../src/path/store-servers.js'
import { collectGarbage } from '../../support/collect-garbage.js'

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('the servers that follow a trust store', () => {
  let prepared: string[]
  let listed: number
  const listTrust = (): HandshakeTrust => {
    listed += 1
    return { cas: ['ca'], lists: [] }
  }
  const store: ServedStore = {
    listTrust,
    generation: () => 1,
    checksRevocation: () => false,
    judge: () => undefined,
  }
  const serverWith = (name: string): FollowingServer => ({
    prepare: ({ cas: [ca = ''] }) => {
      prepared.push(`${name} ${ca}`)
      return () => undefined
    },
  })

  beforeEach(() => {
    prepared = []
    listed = 0
  })

  it('are forgotten when nothing else refers to them, so that replacing goes on for the others', async () => {
    const servers = new StoreServers(store)
    const kept = serverWith('kept')
    const addOther = (): void => {
      servers.add(serverWith('other'))
    }
    addOther()
    servers.add(kept)
    expect(servers.prepare(listTrust)).to.have.lengthOf(2)
    await turn()
    collectGarbage()
    prepared = []
    expect(servers.prepare(listTrust)).to.have.lengthOf(1)
    expect(prepared).to.deep.equal(['kept ca'])
  })

  it('cost nothing once all of them are gone: the CAs are not even listed', () => {
    const servers = new StoreServers(store)
    const server = serverWith('closed')
    servers.add(server)
    servers.add(serverWith('other'))
    servers.remove(server)
    expect(servers.prepare(listTrust)).to.have.lengthOf(1)
    const empty = new StoreServers(store)
    empty.add(server)
    empty.remove(server)
    listed = 0
    expect(empty.prepare(listTrust)).to.deep.equal([])
    expect(listed).to.equal(0)
  })
})
