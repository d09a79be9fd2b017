/** The record of a run, one JSON object on each line. */
package org.tornadogpt.trainer.metrics;
