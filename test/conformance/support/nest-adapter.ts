import type { RequestListener } from 'node:http'
import { Controller, Get, Injectable, Logger, Module, Req, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { AuthGuard, PassportStrategy } from '@nestjs/passport'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { Strategy } from '../../../src/index.js'
import { describeClient } from './adapter.js'
import { toFunction } from './express-adapters.js'
import type { MakeApp } from './servers.js'

Logger.overrideLogger(false)

let applications = 0

export const makeNestApp: MakeApp = async (options, log) => {
  // All applications of a process share one Passport, so each needs another strategy name.
  const name = `client-cert-${(applications += 1)}`

  class ClientCertStrategy extends PassportStrategy(Strategy, name) {
    constructor() {
      super({ ...options, ...log.hooks })
    }

    validate(cert: ChainedPeerCertificate): { path: string[] } {
      return { path: describeClient(cert) }
    }
  }
  Injectable()(ClientCertStrategy)

  class ClientController {
    show(req: { user: { path: string[] } }): string[] {
      return req.user.path
    }
  }
  const route = Object.getOwnPropertyDescriptor(ClientController.prototype, 'show')
  if (route === undefined) throw new Error("The controller doesn't have this method")
  Controller()(ClientController)
  Req()(ClientController.prototype, 'show', 0)
  UseGuards(AuthGuard(name))(ClientController.prototype, 'show', route)
  Get()(ClientController.prototype, 'show', route)

  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a Nest module is an empty class
  class AppModule {}
  Module({ controllers: [ClientController], providers: [ClientCertStrategy] })(AppModule)

  const app = await NestFactory.create(AppModule)
  await app.init()
  const listener = app.getHttpAdapter().getInstance() as RequestListener
  return { listener, invoke: toFunction(listener), close: () => app.close() }
}
