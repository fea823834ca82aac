import { make } from "./base.js";
export const makeFormula = (data, name) => make("span", {}, name);
