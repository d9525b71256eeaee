import type { Report } from '../command.js'
import { printable } from '../run.js'
import type { ServerAddress } from './address.js'
import { describeCertificate } from './describe.js'
import { type Probe, probeServer } from './probe.js'
import { showCertificates, showProblems, showRow } from './render.js'

/** Whether a server asks clients for a certificate, and what it does with a client that has none. */
type Demand = 'not_requested' | 'optional' | 'required' | 'unknown'

/** Shows the certificates of a TLS server, and whether it asks clients for one. */
export async function inspectServer(address: ServerAddress, now: number): Promise<Report> {
  return reportOnServer(address, await probeServer(address), now)
}

export function reportOnServer(address: ServerAddress, probe: Probe, now: number): Report {
  const certificates = probe.chain.map((der) => describeCertificate(der, now, 'other'))
  const demand = findDemand(probe)
  const text =
    `the TLS server ${printable(address.host)}, port ${address.port}\n` +
    showRow('protocol', probe.protocol ?? 'unknown, because the handshake did not complete') +
    showRow('trust', showTrust(probe)) +
    showRow('client', showDemand(probe, demand)) +
    showRow('answer', probe.statusLine ?? 'none in HTTP') +
    showCertificates(certificates) +
    showProblems([], certificates)
  const data = {
    source: 'server',
    host: address.host,
    port: address.port,
    protocol: probe.protocol ?? null,
    trustedByNode: probe.trust === undefined ? null : probe.trust === true,
    trustError: typeof probe.trust === 'string' ? probe.trust : null,
    clientCertificate: demand,
    statusLine: probe.statusLine ?? null,
    certificates,
    problems: [],
  }
  return { text, data, exitCode: 0 }
}

function findDemand({ asksForCertificate, outcome }: Probe): Demand {
  if (!asksForCertificate) return 'not_requested'
  return (
    { answered: 'optional', rejected: 'required', closed: 'required', silent: 'unknown' } as const
  )[outcome]
}

function showTrust({ trust }: Probe): string {
  if (trust === undefined) return 'not checked, because the handshake did not complete'
  return trust === true ? 'Node trusts it' : `Node doesn't trust it: ${trust}`
}

function showDemand({ outcome }: Probe, demand: Demand): string {
  switch (demand) {
    case 'not_requested':
      return 'the server asks for no client certificate in the handshake'
    case 'optional':
      return 'the server asks for a client certificate, and answers without one too'
    case 'required':
      return outcome === 'rejected'
        ? 'the server demands a client certificate'
        : 'the server asks for a client certificate, and closes the connection without one'
    case 'unknown':
      return "the server asks for a client certificate, and didn't answer in time without one"
  }
}
