using ShmWifi.Qemu;

return new IvshmemArgsCommand().Parse(args).Invoke();
