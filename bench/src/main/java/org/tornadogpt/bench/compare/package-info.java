/**
 * {@code tgpt compare}: loss curves of several runs in one picture, and whether they differ by more than their seeds
 * do.
 */
package org.tornadogpt.bench.compare;
