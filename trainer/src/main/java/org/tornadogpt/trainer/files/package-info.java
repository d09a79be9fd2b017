/** Files that are whole or not there. */
package org.tornadogpt.trainer.files;
