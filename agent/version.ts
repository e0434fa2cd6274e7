/** The version in package.json; a test holds the two together, so that the agent needs no file to say it. */
export const AGENT_VERSION = '0.1.0';
