/**
 * Benchmarks of single operations. The calls are those of a preset's training step, so nothing is listed here by hand:
 * a new variant, a new preset shape or a new call of a model appears by itself.
 */
package org.tornadogpt.bench.jmh;
