/** Data, schedules, the training loop, metrics, plots and the command line. */
package org.tornadogpt.trainer;
