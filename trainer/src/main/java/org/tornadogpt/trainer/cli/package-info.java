/** The command line. */
package org.tornadogpt.trainer.cli;
