/** Run by the shell before a load: `wait-until-ready.js URL` ends when the URL answers with a status below 400. */
const LONGEST_MS = 60_000;
const POLL_MS = 100;
const ANSWER_MS = 5000;
const FIRST_FAILURE = 400;

async function main(url: string): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while (!(await isReady(url))) {
    if (Date.now() > deadline) {
      console.error(`${url} did not answer well within ${LONGEST_MS / 1000} s`);
      process.exitCode = 1;
      return;
    }
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    return response.status < FIRST_FAILURE;
  } catch {
    return false;
  }
}

void main(process.argv[2]);
