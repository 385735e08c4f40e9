using ShmWifi.IvshmemArgs;

return new IvshmemArgsCommand().Parse(args).Invoke();
