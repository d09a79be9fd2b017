/** Variants of one operation against each other: right first, then timed in turn, with intervals and pictures. */
package org.tornadogpt.bench.race;
