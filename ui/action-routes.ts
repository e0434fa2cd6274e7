import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { ProfileKind } from '../agent/recording.ts';
import { requestProfile, requestSnapshot } from './agent-request.ts';
import type { Analysis } from './analysis/analysis.ts';
import { deleteCapture, listCaptures } from './captures.ts';
import type { CodePlaces } from './code-places.ts';
import { DownloadTickets } from './download-tickets.ts';
import { readProfile } from './profile-view.ts';
import type { RunWatcher } from './run-watcher.ts';
import { stallProfile } from './stall-profile.ts';

const OVER =
  'This process has ended: what was recorded of it can be looked at, but nothing more can be recorded.';
const NOT_A_RUN = 'Only snapshots are open here, no run: there is no process to ask.';

export interface ActionParts {
  readonly run: RunWatcher;
  readonly analysis: Analysis;
  readonly places: CodePlaces;
  readonly needsToken: RequestHandler;
}

/** What a person may do, with the token of who started it; a file is chosen by a name that the server itself has listed. */
export function actionRoutes({ run, analysis, places, needsToken }: ActionParts): Router {
  const router = Router();
  const tickets = new DownloadTickets();

  router.get('/download/:ticket', async (request, response) => {
    const file = tickets.redeem(request.params.ticket, Date.now());
    const path = file === null ? undefined : (await run.capturePaths()).get(file);
    if (file === null || path === undefined)
      return refuse(response, 404, 'This link was used or is too old.');
    response.download(path, file, { dotfiles: 'allow' });
  });

  router.use(needsToken);
  router.post('/snapshot', async (request, response) => {
    const target = runningProcess(run, request, response);
    if (target === null) return;
    response.status(202).json({ requestId: await requestSnapshot(target.folder, target.id) });
  });
  router.post('/profile', async (request, response) => {
    const target = runningProcess(run, request, response);
    if (target === null) return;
    const kind: ProfileKind = request.query.kind === 'heap' ? 'heap' : 'cpu';
    const action = request.query.action === 'stop' ? 'stop' : 'start';
    response
      .status(202)
      .json({ requestId: await requestProfile(target.folder, target.id, { action, kind }) });
  });
  router.post('/analysis', async (_request, response) => {
    const work = await run.materialForAnalysis();
    if (work === null)
      return refuse(response, 409, 'There is nothing to analyze: no recording and no snapshot.');
    const hasBegun = analysis.start(work, (report) => run.keepReport(report));
    if (!hasBegun) return refuse(response, 409, 'The snapshots are being analyzed already.');
    response.status(202).json({});
  });
  router.delete('/analysis', (_request, response) => {
    analysis.cancel();
    response.status(204).end();
  });
  router.get('/captures', async (_request, response) => void response.json(await listCaptures(run)));
  router.delete('/captures', async (request, response) => {
    if (await deleteCapture(run, String(request.query.file))) return void response.status(204).end();
    refuse(response, 409, 'Only files of the run are deleted from here, not those opened from elsewhere.');
  });
  router.post('/tickets', async (request, response) => {
    const file = String(request.query.file);
    if (!(await run.capturePaths()).has(file)) return refuse(response, 404, 'There is no such file.');
    response.status(201).json({ address: `api/download/${tickets.issue(file, Date.now())}` });
  });
  router.get('/profile', async (request, response) => {
    const file = String(request.query.file);
    const path = (await run.capturePaths()).get(file);
    if (path === undefined) return refuse(response, 404, 'There is no such profile.');
    try {
      response.json(await readProfile(path, { file, folders: run.workingFolders(), places }));
    } catch (error) {
      refuse(response, 422, (error as Error).message);
    }
  });
  router.get('/stall-profile', async (request, response) => {
    const series = run.recordedProcesses().get(String(request.query.process));
    if (!series) return refuse(response, 404, 'No such process.');
    const paths = await run.capturePaths();
    const source = { paths, folders: run.workingFolders(), places };
    response.json(await stallProfile(series, Number(request.query.at), source));
  });
  return router;
}

/** The process that is asked for, when it can be asked; what is wrong has been answered otherwise. */
function runningProcess(
  run: RunWatcher,
  { query }: Request,
  response: Response,
): { readonly folder: string; readonly id: string } | null {
  const { folder } = run;
  const known = run.overview().processes.find(({ id }) => id === query.process);
  if (folder === null) refuse(response, 409, NOT_A_RUN);
  else if (!known) refuse(response, 404, 'No such process.');
  else if (known.state !== 'running') refuse(response, 409, OVER);
  else return { folder, id: known.id };
  return null;
}

function refuse(response: Response, status: number, error: string): void {
  response.status(status).json({ error });
}
