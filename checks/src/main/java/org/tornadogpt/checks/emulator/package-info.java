/**
 * Runs kernels written for work-groups on the JVM, with real barriers and shared local memory, to prove them without a
 * GPU. Loading these classes breaks TornadoVM's compilation of such kernels in the same JVM, so tests on TornadoVM
 * devices run in another one.
 */
package org.tornadogpt.checks.emulator;
